using Forge.Api.Accounts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Forge.Api.Tests.Accounts;

public sealed class RegistrationAuditTaskTests
{
    [Fact]
    public async Task Run_WhenTheLineCannotBeWritten_SaysSoAndFails()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        var logger = new FakeLogger<RegistrationAuditTask>();
        var task = new RegistrationAuditTask(nowhere, logger);

        await Assert.ThrowsAsync<NpgsqlException>(() => task.RunAsync(new RegistrationAudit(Guid.NewGuid(), DateTimeOffset.UnixEpoch, TraceId: null), TestContext.Current.CancellationToken));

        Assert.Equal(("audit_log_failed", LogLevel.Warning), (logger.LatestRecord.Id.Name, logger.LatestRecord.Level));
        Assert.NotNull(logger.LatestRecord.Exception);
    }
}
