using Forge.Contracts;
using Forge.Worker.Mail;

namespace Microsoft.Extensions.Hosting;

internal static class MailJobsHostingExtensions
{
    /// <summary>Runs <c>email.send</c> in this worker.</summary>
    public static TBuilder AddMailJobs<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.AddMail();
        builder.Services.AddJobHandler<EmailPayload, EmailHandler>(JobKinds.EmailSend);
        return builder;
    }
}
