namespace Forge.Contracts;

/// <summary>The queues of Forge. Each kind of job has one of its own choice by default.</summary>
public static class JobQueues
{
    public const string Default = "default";
    public const string Mail = "mail";
    public const string Payments = "payments";
    public const string Reports = "reports";
    public const string Media = "media";

    public static IReadOnlyList<string> All { get; } = [Default, Mail, Payments, Reports, Media];
}
