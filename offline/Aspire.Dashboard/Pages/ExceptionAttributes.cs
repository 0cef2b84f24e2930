namespace Aspire.Dashboard.Pages;

/// <summary>The attributes under which an exception is described, on spans' events and on log lines.</summary>
internal static class ExceptionAttributes
{
    public const string Prefix = "exception.";
    public const string Type = "exception.type";
    public const string Message = "exception.message";
    public const string StackTrace = "exception.stacktrace";
}
