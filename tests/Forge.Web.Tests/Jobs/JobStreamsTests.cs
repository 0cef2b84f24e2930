using System.Net;
using System.Text;

namespace Forge.Web.Tests.Jobs;

public sealed class JobStreamsTests
{
    private static readonly Guid Id = Guid.NewGuid();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_AreHandedOnAsTheyHappen_UntilTheApiEndsTheStream()
    {
        await using var web = new WebFixture();
        await using var events = new ApiEvents();
        var browser = await FollowableAsync(web, events);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{Id}/events");
        request.Headers.Add("Last-Event-ID", "7");

        events.Send("event: state\n\n");
        using var response = await browser.OpenAsync(request, Cancelled);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancelled);
        using var reader = new StreamReader(stream);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no", Assert.Single(response.Headers.GetValues("X-Accel-Buffering")));
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("event: state", await reader.ReadLineAsync(Cancelled));
        Assert.Equal("", await reader.ReadLineAsync(Cancelled));
        events.Send(": waiting\n\n");
        Assert.Equal(": waiting", await reader.ReadLineAsync(Cancelled));
        Assert.Equal("", await reader.ReadLineAsync(Cancelled));
        events.Send("event: end\n\n");
        Assert.Equal("event: end", await reader.ReadLineAsync(Cancelled));
        events.End();
        Assert.Equal("\n", await reader.ReadToEndAsync(Cancelled));
        Assert.Equal("7", web.Api.Last($"GET /forge/jobs/{Id}/events").LastEventId);
    }

    [Fact]
    public async Task Events_WhenTheBrowserLeaves_LetGoOfTheApi()
    {
        await using var web = new WebFixture();
        await using var events = new ApiEvents();
        var browser = await FollowableAsync(web, events);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{Id}/events");

        events.Send("event: state\n\n");
        var response = await browser.OpenAsync(request, Cancelled);
        response.Dispose();

        await events.Abandoned.WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
    }

    [Fact]
    public async Task Events_WhenTheJobIsUnknown_AreNotFound()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem($"GET /forge/jobs/{Id}/events", HttpStatusCode.NotFound, new { status = 404 });
        var browser = await web.SignInAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync($"/jobs/{Id}/events")).Status);
    }

    [Fact]
    public async Task Result_IsADownloadUnderTheApisName()
    {
        await using var web = new WebFixture();
        web.Api.On($"GET /forge/jobs/{Id}/result", _ =>
        {
            var content = new ByteArrayContent("%PDF"u8.ToArray());
            content.Headers.ContentType = new("application/pdf");
            content.Headers.ContentDisposition = new("inline") { FileName = "\"sales report.pdf\"" };
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        });
        var browser = await web.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/jobs/{Id}/result");

        using var response = await browser.OpenAsync(request, Cancelled);

        Assert.Equal("application/pdf", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("sales report.pdf", response.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal("%PDF", await response.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task Result_WhenTheJobIsNotDone_LeadsBackToTheJob()
    {
        await using var web = new WebFixture();
        web.Api.OnProblem($"GET /forge/jobs/{Id}/result", HttpStatusCode.Conflict, new { status = 409 });
        var browser = await web.SignInAsync();

        Assert.Equal($"/jobs/{Id}", (await browser.GetAsync($"/jobs/{Id}/result")).Location);
    }

    private static async Task<Browser> FollowableAsync(WebFixture web, ApiEvents events)
    {
        web.Api.On($"GET /forge/jobs/{Id}/events", _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(events) });
        return await web.SignInAsync();
    }

    /// <summary>The body of the API's event stream: what is sent is read at once, and a reader that leaves is noticed.</summary>
    private sealed class ApiEvents : Stream
    {
        private readonly System.Threading.Channels.Channel<byte[]> _sent = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
        private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Abandoned => _abandoned.Task;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public void Send(string text) => Assert.True(_sent.Writer.TryWrite(Encoding.UTF8.GetBytes(text)));

        public void End() => _sent.Writer.Complete();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                if (!await _sent.Reader.WaitToReadAsync(cancellationToken) || !_sent.Reader.TryRead(out var bytes))
                {
                    return 0;
                }

                bytes.CopyTo(buffer);
                return bytes.Length;
            }
            catch (OperationCanceledException)
            {
                _abandoned.TrySetResult();
                throw;
            }
        }

        /// <summary>A reader that leaves between two reads is noticed by this alone.</summary>
        protected override void Dispose(bool disposing)
        {
            _abandoned.TrySetResult();
            base.Dispose(disposing);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
