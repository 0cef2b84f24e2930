using Refit;

namespace Forge.Contracts;

/// <summary>The HTTP API of Forge, as its typed clients see it.</summary>
public interface IForgeApi
{
    [Post("/forge/register")]
    Task<RegisterResponse> RegisterAsync([Body] RegisterRequest request, CancellationToken cancellationToken);

    [Post("/forge/login")]
    Task<TokenResponse> LoginAsync([Body] LoginRequest request, CancellationToken cancellationToken);

    [Post("/forge/refresh")]
    Task<TokenResponse> RefreshAsync([Body] RefreshRequest request, CancellationToken cancellationToken);

    [Get("/forge/users/me")]
    Task<UserResponse> GetOwnUserAsync(CancellationToken cancellationToken);

    [Get("/forge/users/{id}")]
    Task<UserResponse> GetUserAsync(Guid id, CancellationToken cancellationToken);

    [Get("/forge/weather/{city}")]
    Task<WeatherResponse> GetWeatherAsync(string city, CancellationToken cancellationToken);

    [Post("/forge/hash")]
    Task<HashResponse> HashAsync([Body] HashRequest request, CancellationToken cancellationToken);

    [Post("/forge/report")]
    Task<ReportResponse> WriteReportAsync([Body] ReportRequest request, CancellationToken cancellationToken);

    [Get("/forge/reports/{reportId}")]
    Task<HttpResponseMessage> GetReportAsync(string reportId, CancellationToken cancellationToken);

    [Get("/forge/delayed-response")]
    Task<DelayedResponse> GetDelayedResponseAsync(double? seconds, CancellationToken cancellationToken);

    [Get("/forge/lanes")]
    Task<Page<LaneResponse>> ListLanesAsync(CancellationToken cancellationToken);

    [Post("/forge/jobs")]
    Task<JobResponse> EnqueueJobAsync([Body] EnqueueJobRequest request, CancellationToken cancellationToken);

    [Get("/forge/jobs/{id}")]
    Task<JobResponse> GetJobAsync(Guid id, CancellationToken cancellationToken);

    [Get("/forge/jobs")]
    Task<Page<JobResponse>> ListJobsAsync(string? state, string? kind, string? queue, string? after, int? limit, CancellationToken cancellationToken);

    [Get("/forge/jobs/{id}/result")]
    Task<HttpResponseMessage> GetJobResultAsync(Guid id, CancellationToken cancellationToken);

    [Get("/forge/jobs/{id}/events")]
    Task<HttpResponseMessage> GetJobEventsAsync(Guid id, [Header("Last-Event-ID")] string? lastEventId, CancellationToken cancellationToken);

    [Post("/forge/jobs/batch")]
    Task<EnqueueBatchResponse> EnqueueJobsAsync([Body] EnqueueBatchRequest request, CancellationToken cancellationToken);

    [Post("/forge/jobs/{id}/cancel")]
    Task<JobResponse> CancelJobAsync(Guid id, CancellationToken cancellationToken);

    [Post("/forge/jobs/{id}/retry")]
    Task<JobResponse> RetryJobAsync(Guid id, CancellationToken cancellationToken);

    [Delete("/forge/jobs/{id}")]
    Task DeleteJobAsync(Guid id, CancellationToken cancellationToken);

    [Post("/forge/jobs/bulk")]
    Task<BulkJobsResponse> ChangeJobsAsync([Body] BulkJobsRequest request, CancellationToken cancellationToken);

    [Get("/forge/dead-letters")]
    Task<DeadLettersResponse> ListDeadLettersAsync(CancellationToken cancellationToken);

    [Get("/forge/queues")]
    Task<Page<QueueResponse>> ListQueuesAsync(CancellationToken cancellationToken);

    [Post("/forge/queues/{queue}/pause")]
    Task<QueueResponse> PauseQueueAsync(string queue, CancellationToken cancellationToken);

    [Post("/forge/queues/{queue}/resume")]
    Task<QueueResponse> ResumeQueueAsync(string queue, CancellationToken cancellationToken);

    [Multipart]
    [Post("/forge/images")]
    Task<JobResponse> UploadImageAsync([AliasAs("file")] StreamPart image, CancellationToken cancellationToken);

    [Multipart]
    [Post("/forge/imports")]
    Task<JobResponse> UploadImportAsync([AliasAs("file")] StreamPart csv, CancellationToken cancellationToken);

    [Post("/forge/payments")]
    Task<JobResponse> PlacePaymentAsync([Body] PaymentRequest request, [Header("Idempotency-Key")] string? idempotencyKey, CancellationToken cancellationToken);

    [Get("/forge/payments/{id}")]
    Task<PaymentResponse> GetPaymentAsync(Guid id, CancellationToken cancellationToken);

    [Get("/forge/schedules")]
    Task<Page<ScheduleResponse>> ListSchedulesAsync(string? after, int? limit, CancellationToken cancellationToken);

    [Get("/forge/schedules/{name}")]
    Task<ScheduleResponse> GetScheduleAsync(string name, CancellationToken cancellationToken);

    [Put("/forge/schedules/{name}")]
    Task<ScheduleResponse> PutScheduleAsync(string name, [Body] PutScheduleRequest request, CancellationToken cancellationToken);

    [Delete("/forge/schedules/{name}")]
    Task DeleteScheduleAsync(string name, CancellationToken cancellationToken);

    [Post("/forge/schedules/{name}/run")]
    Task<JobResponse> RunScheduleAsync(string name, CancellationToken cancellationToken);
}
