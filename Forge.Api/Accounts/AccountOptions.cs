using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Forge.Api.Accounts;

/// <summary>Configuration section <c>Accounts</c>.</summary>
internal sealed class AccountOptions
{
    public const string SectionName = "Accounts";

    /// <value>The password that the administrator has from this start on. Without it there is no administrator.</value>
    [StringLength(RegistrationRules.MaxPasswordLength, MinimumLength = RegistrationRules.MinPasswordLength)]
    public string? AdminPassword { get; set; }
}

[OptionsValidator]
internal sealed partial class AccountOptionsValidator : IValidateOptions<AccountOptions>;
