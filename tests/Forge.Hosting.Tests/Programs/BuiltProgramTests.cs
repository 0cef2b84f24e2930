namespace Forge.Hosting.Tests.Programs;

public sealed class BuiltProgramTests
{
    [Fact]
    public async Task TheProcess_IsTheApplicationItself()
    {
        await using var app = new TestApp();
        app.AddProgram("api");
        await app.StartAsync("api");
        var id = await app.ProcessIdAsync("api");

        var only = Assert.Single(app.Marker.Processes);
        Assert.StartsWith($"{id} ", only, StringComparison.Ordinal);
        Assert.Contains("/Forge.Hosting.TestProgram ", only, StringComparison.Ordinal);

        UnixSignal.Kill.Send(id);

        await app.WaitForStateAsync("api", KnownResourceStates.Finished);
        Assert.Empty(app.Marker.Processes);
    }

    [Fact]
    public async Task AProject_ThatWasNotBuiltWithTheAppHost_IsLeftToDotnetRun()
    {
        await using var app = new TestApp();
        await File.WriteAllTextAsync(app.Folder["Other.csproj"], "<Project />", app.Cancellation);
        var project = app.Builder.AddProject("other", app.Folder["Other.csproj"]);
        var commands = project.Resource.Annotations.OfType<ExecutableAnnotation>().Count();

        project.WithBuiltProgram();

        Assert.Equal(commands, project.Resource.Annotations.OfType<ExecutableAnnotation>().Count());
    }

    [Fact]
    public async Task UnderDotnetWatch_NothingIsChanged()
    {
        await using var app = new TestApp(arguments: "--DOTNET_WATCH=1");
        var project = app.Builder.AddProject<Projects.Forge_Hosting_TestProgram>("api");
        var commands = project.Resource.Annotations.OfType<ExecutableAnnotation>().Count();

        project.WithBuiltProgram();

        Assert.Equal(commands, project.Resource.Annotations.OfType<ExecutableAnnotation>().Count());
    }
}
