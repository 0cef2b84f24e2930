using Forge.Sandbox.Faults;
using Forge.Sandbox.Mail;
using Forge.Sandbox.Payments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Forge.Sandbox.Inbox;

/// <summary>Pages for a person to look at. Components encode what they show, and the policy lets nothing run or load.</summary>
internal static class InboxEndpoints
{
    private const int ShownMails = 100;
    private const int ShownPayments = 20;
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void AddInbox(this WebApplicationBuilder builder) => builder.Services.AddSingleton<HtmlPages>();

    public static void MapInbox(this IEndpointRouteBuilder routes)
    {
        var inbox = routes.MapGroup("").AddEndpointFilter(AddPolicy).ExcludeFromDescription();
        inbox.MapGet("/", ShowInbox);
        inbox.MapGet("/inbox/{id:guid}", ShowMessage);
    }

    private static Task<ContentHttpResult> ShowInbox(Mailbox mailbox, PaymentLedger payments, FaultBoard faults, HtmlPages pages) =>
        pages.RenderAsync<InboxPage>(new()
        {
            [nameof(InboxPage.Mails)] = mailbox.List().Take(ShownMails).ToList(),
            [nameof(InboxPage.Payments)] = payments.List().Take(ShownPayments).ToList(),
            [nameof(InboxPage.Faults)] = faults.Active.ToDictionary(),
        });

    private static async Task<Results<ContentHttpResult, NotFound>> ShowMessage(Guid id, Mailbox mailbox, HtmlPages pages) =>
        mailbox.Find(id) is { } mail
            ? await pages.RenderAsync<MessagePage>(new() { [nameof(MessagePage.Mail)] = mail })
            : TypedResults.NotFound();

    private static ValueTask<object?> AddPolicy(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.ContentSecurityPolicy = Policy;
        context.HttpContext.Response.Headers.XContentTypeOptions = "nosniff";
        return next(context);
    }
}
