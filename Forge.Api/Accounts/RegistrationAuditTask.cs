using Forge.PostResponse;
using Npgsql;

namespace Forge.Api.Accounts;

internal sealed record RegistrationAudit(Guid UserId, DateTimeOffset At, string? TraceId)
{
    public const string TaskName = "registration-audit";
}

/// <summary>Writes a line into the audit log.</summary>
/// <remarks>Not written down at a stop: the row of the user tells when it registered, and what could not store a line could not store a job either.</remarks>
[Loss(LossImpact.Tolerable)]
internal sealed partial class RegistrationAuditTask(NpgsqlDataSource dataSource, ILogger<RegistrationAuditTask> logger) : IPostResponseTask<RegistrationAudit>
{
    public async Task RunAsync(RegistrationAudit arguments, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(arguments, cancellationToken);
        }
        catch (Exception exception)
        {
            LogFailed(logger, arguments.UserId, exception);
            throw;
        }

        LogWritten(logger, arguments.UserId);
    }

    private async Task WriteAsync(RegistrationAudit audit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("INSERT INTO audit_log (at, event, user_id, trace_id) VALUES ($1, 'registered', $2, $3)");
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = audit.At });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = audit.UserId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = audit.TraceId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(EventName = "registration_audit_written", Level = LogLevel.Information, Message = "Wrote the audit line for the registration of user {UserId}.")]
    private static partial void LogWritten(ILogger logger, Guid userId);

    [LoggerMessage(EventName = "audit_log_failed", Level = LogLevel.Warning, Message = "The audit line for the registration of user {UserId} could not be written.")]
    private static partial void LogFailed(ILogger logger, Guid userId, Exception exception);
}
