using Aspire.Hosting.ApplicationModel;

namespace Forge.Hosting.Data;

/// <summary>On a native server: its data is kept between runs. Without it the data is thrown away when the AppHost ends.</summary>
/// <param name="path">The folder.</param>
internal sealed class DataFolderAnnotation(string path) : IResourceAnnotation
{
    public string Path { get; } = path;
}
