using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Worker.Images;

/// <summary>What making thumbnails may cost this worker: configuration section <c>Images</c>.</summary>
internal sealed class ImageOptions
{
    public const string SectionName = "Images";

    /// <value>How many images are decoded at once; each may take up to 768 MB for a moment. The default is 2.</value>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 2;

    /// <value>How long one image may take. The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:05:00", ParseLimitsInInvariantCulture = true)]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class ImageOptionsValidator : IValidateOptions<ImageOptions>;
