using Microsoft.Extensions.Configuration;

namespace Forge.Hosting.Tests.Engines;

/// <summary>Shell scripts stand for the clients of container engines. PATH belongs to the whole process, so nothing runs beside these tests.</summary>
[CollectionDefinition(nameof(ContainerEngineTests), DisableParallelization = true)]
[Collection(nameof(ContainerEngineTests))]
public sealed class ContainerEngineTests : IDisposable
{
    private const string Hangs = "/bin/sleep 300 & /bin/sleep 300";
    private const string Answers = "exit 0";
    private const string IsDead = "echo 'Cannot connect to the daemon.' >&2; exit 1";

    private readonly TestFolder _folder = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("PATH");
    private readonly ProcessMarker _marker = new();

    public ContainerEngineTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The engines are shell scripts.");
        Environment.SetEnvironmentVariable("PATH", _folder.Path);
        Environment.SetEnvironmentVariable(ProcessMarker.Variable, _marker.Value);
    }

    [Theory]
    [InlineData(null, null, null, "docker is not installed, podman is not installed")]
    [InlineData(Answers, null, "docker", "docker answers")]
    [InlineData(null, Answers, "podman", "podman answers")]
    [InlineData(Answers, Answers, "docker", "docker answers")]
    [InlineData(IsDead, null, null, "docker is installed and not running, podman is not installed")]
    [InlineData(IsDead, Answers, "podman", "podman answers")]
    [InlineData(Hangs, null, null, "docker does not answer within 2 s, podman is not installed")]
    [InlineData(Hangs, Answers, "podman", "podman answers")]
    [InlineData(Hangs, Hangs, null, "docker does not answer within 2 s, podman does not answer within 2 s")]
    public async Task TheEngine_IsTheOneThatAnswers(string? docker, string? podman, string? name, string finding)
    {
        await InstallAsync("docker", docker);
        await InstallAsync("podman", podman);

        var found = await FindAsync();

        Assert.Equal(name, found.Name);
        Assert.Equal(finding, found.Finding);
    }

    [Fact]
    public async Task TheEngine_ThatTheSettingNames_IsTheOnlyOneAsked()
    {
        await InstallAsync("docker", Answers);
        await InstallAsync("podman", IsDead);

        var found = await FindAsync("podman");

        Assert.Null(found.Name);
        Assert.Equal("podman is installed and not running", found.Finding);
    }

    [Fact]
    public async Task AFile_ThatIsNoProgram_IsNoEngine()
    {
        await File.WriteAllTextAsync(_folder["docker"], "no program", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(_folder["docker"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        Assert.Equal("docker cannot be started, podman is not installed", (await FindAsync()).Finding);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", _path);
        Environment.SetEnvironmentVariable(ProcessMarker.Variable, null);
        _folder.Dispose();
    }

    private async Task<ContainerEngine> FindAsync(string? wanted = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ASPIRE_CONTAINER_RUNTIME", wanted)]).Build();
        var found = await ContainerEngine.FindAsync(configuration).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await _marker.WaitUntilNoneIsLeftAsync(TestContext.Current.CancellationToken);
        return found;
    }

    private async Task InstallAsync(string name, string? script)
    {
        if (script is not null)
        {
            await File.WriteAllTextAsync(_folder[name], $"#!/bin/sh\n{script}\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(_folder[name], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
