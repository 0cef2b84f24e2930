namespace Forge.Contracts;

/// <summary>The stable names of the kinds of job that Forge ships.</summary>
public static class JobKinds
{
    public const string ReportGenerate = "report.generate";
    public const string DemoNoop = "demo.noop";
    public const string DemoSleep = "demo.sleep";
    public const string DemoFail = "demo.fail";
}

/// <summary>A PDF report: <paramref name="Pages"/> 1 to 500.</summary>
public sealed record ReportPayload(string ReportId, int Pages);

public sealed record DemoNoopPayload;

/// <summary>Sleeps for <paramref name="Ms"/> milliseconds and tells its progress every tenth of it.</summary>
public sealed record DemoSleepPayload(int Ms);

/// <summary>Fails its first <paramref name="Times"/> attempts, then succeeds.</summary>
public sealed record DemoFailPayload(int Times);
