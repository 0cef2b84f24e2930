using System.ComponentModel.DataAnnotations;

namespace Forge.Contracts;

/// <summary>The stable names of the kinds of job that Forge ships.</summary>
public static class JobKinds
{
    public const string ReportGenerate = "report.generate";
    public const string ImageThumbnail = "image.thumbnail";
    public const string PipelineImport = "pipeline.import";
    public const string PaymentCapture = "payment.capture";
    public const string EmailSend = "email.send";
    public const string DemoNoop = "demo.noop";
    public const string DemoSleep = "demo.sleep";
    public const string DemoFail = "demo.fail";
}

/// <summary>A PDF report of <paramref name="Pages"/> pages.</summary>
public sealed record ReportPayload(
    [Required(ErrorMessage = "is required")] // which says no to an empty one; a regular expression says nothing about it
    [RegularExpression("[A-Za-z0-9_-]{1,64}", ErrorMessage = "must be 1 to 64 of A-Z, a-z, 0-9, - and _")] string ReportId,
    [Range(1, 500, ErrorMessage = "must be a number from 1 to 500")] int Pages);

/// <summary>A plain-text mail to one address. Only the app itself and administrators enqueue it.</summary>
public sealed record EmailPayload(
    [Required(ErrorMessage = "is required")]
    [StringLength(254, ErrorMessage = "must have at most 254 characters")]
    [RegularExpression("""[^\s@<>()\[\]\\,;:"\p{Cc}]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*""", ErrorMessage = "must be one email address such as ada@example.org")]
    string To,
    [Required(ErrorMessage = "is required")]
    [RegularExpression("""[^\p{Cc}]{1,200}""", ErrorMessage = "must be one line of 1 to 200 characters")]
    string Subject,
    [Required(ErrorMessage = "is required")]
    [StringLength(50_000, ErrorMessage = "must have at most 50000 characters")]
    string Body);

/// <summary>Captures a stored payment. Only the app itself and administrators enqueue it.</summary>
public sealed record PaymentPayload(Guid PaymentId);

/// <summary>A thumbnail of an image that its owner has uploaded.</summary>
public sealed record ThumbnailPayload(Guid UploadId);

/// <summary>Reads a CSV file that its owner has uploaded into Postgres.</summary>
public sealed record ImportPayload(Guid UploadId);

public sealed record DemoNoopPayload;

/// <summary>Sleeps for <paramref name="Ms"/> milliseconds and tells its progress every tenth of it.</summary>
public sealed record DemoSleepPayload(
    [Range(0, 600_000, ErrorMessage = "must be a number from 0 to 600000")] int Ms);

/// <summary>Fails its first <paramref name="Times"/> attempts, then succeeds.</summary>
public sealed record DemoFailPayload(
    [Range(0, 100, ErrorMessage = "must be a number from 0 to 100")] int Times);
