using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Api.Uploads;

/// <summary>What files on their way in may cost: configuration section <c>Uploads</c>.</summary>
internal sealed class UploadOptions
{
    public const string SectionName = "Uploads";

    /// <value>How many bytes all uploads together may have in the folder for temporary files; at least 100 MB, which one alone may need. The default is 1 GB.</value>
    [Range(100L * 1024 * 1024, long.MaxValue)]
    public long MaxDiskBytes { get; set; } = 1024L * 1024 * 1024;
}

[OptionsValidator]
internal sealed partial class UploadOptionsValidator : IValidateOptions<UploadOptions>;
