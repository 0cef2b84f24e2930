using System.Collections.Frozen;
using Microsoft.Extensions.Options;

namespace Forge.PostResponse;

/// <summary>All registered task types by name.</summary>
internal sealed class PostResponseTaskRegistry
{
    private readonly FrozenDictionary<string, PostResponseTaskRegistration> _registrations;

    public PostResponseTaskRegistry(IEnumerable<PostResponseTaskRegistration> registrations, IOptions<PostResponseOptions> options)
    {
        Defaults = new TaskSettings(options.Value.TaskTimeout, options.Value.AfterFailure);
        _registrations = registrations.ToFrozenDictionary(registration => registration.Name, StringComparer.Ordinal);
        foreach (var registration in _registrations.Values)
        {
            registration.Complete(Defaults);
        }
    }

    public TaskSettings Defaults { get; }

    public PostResponseTaskRegistration Find(string name) => _registrations.TryGetValue(name, out var registration)
        ? registration
        : throw new ArgumentException(
            $"No post-response task is named '{name}'. Register its type with AddPostResponseTasks().AddTask, or add a delegate.", nameof(name));
}
