using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>Checks what one property alone cannot say: that a drain fits into the time which the host gives to a stop.</summary>
internal sealed class ShutdownTimeoutValidator(IOptions<HostOptions> host) : IValidateOptions<PostResponseOptions>
{
    public ValidateOptionsResult Validate(string? name, PostResponseOptions options)
    {
        var failures = new List<string>();
        if (options.TaskTimeout <= TimeSpan.Zero && options.TaskTimeout != Timeout.InfiniteTimeSpan)
        {
            failures.Add($"{PostResponseOptions.SectionName}:{nameof(options.TaskTimeout)} must be longer than zero, or infinite.");
        }

        var needed = options.DrainBudget + options.HandOverBudget;
        if (host.Value.ShutdownTimeout != Timeout.InfiniteTimeSpan && needed > host.Value.ShutdownTimeout)
        {
            failures.Add(
                $"{PostResponseOptions.SectionName}:{nameof(options.DrainBudget)} and {nameof(options.HandOverBudget)} take {needed} together, " +
                $"longer than the host's shutdown timeout of {host.Value.ShutdownTimeout}. Shorten them, or raise HostOptions.ShutdownTimeout.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
