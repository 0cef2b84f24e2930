using System.Security.Claims;
using Forge.Api.Jobs;
using Forge.Contracts;
using Forge.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Forge.Api.Tests.Jobs;

public sealed class JobRequestReaderTests
{
    [Theory]
    [InlineData("internal.kind", false, true)]
    [InlineData("internal.kind", true, false)]
    [InlineData("open.kind", false, false)]
    [InlineData("unknown.kind", false, false)]
    public void IsForbidden_ForKindsOfTheAppItself_ExceptsAdministrators(string kind, bool isAdmin, bool expected)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddJobQueue();
        builder.Services.AddJobKind<DemoNoopPayload>("internal.kind", options => options.IsInternal = true);
        builder.Services.AddJobKind<DemoNoopPayload>("open.kind");
        using var host = builder.Build();
        var reader = new JobRequestReader(host.Services.GetRequiredService<JobKindRegistry>(), TimeProvider.System);
        var caller = new ClaimsPrincipal(new ClaimsIdentity(isAdmin ? [new Claim(ClaimTypes.Role, "admin")] : [], "test"));

        Assert.Equal(expected, reader.IsForbidden(kind, caller));
    }
}
