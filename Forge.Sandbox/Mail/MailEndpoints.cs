using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Forge.Sandbox.Mail;

internal static class MailEndpoints
{
    public static void AddMailServer(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<SmtpOptions, SmtpOptionsValidator>().BindConfiguration(SmtpOptions.SectionName);
        builder.Services.AddSingleton<Mailbox>();
        builder.Services.AddSingleton<SocketTransportFactory>();
        builder.Services.AddSingleton<SmtpServer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SmtpServer>());
    }

    public static void MapMail(this IEndpointRouteBuilder routes)
    {
        var mail = routes.MapGroup("/mail").WithPlainRouteNames();
        mail.MapGet("/", ListMail);
        mail.MapDelete("/", DeleteMail);
    }

    private static Ok<IReadOnlyList<ReceivedMail>> ListMail(string? to, Mailbox mailbox) => TypedResults.Ok(mailbox.List(to));

    private static NoContent DeleteMail(Mailbox mailbox)
    {
        mailbox.Clear();
        return TypedResults.NoContent();
    }
}
