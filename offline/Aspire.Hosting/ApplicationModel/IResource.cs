namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a project, a program, a server, a value.</summary>
public interface IResource
{
    /// <summary>The name, unique in the application regardless of case.</summary>
    string Name { get; }

    /// <summary>What is known about the resource.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>A resource that listens somewhere.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that is given environment variables.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource that is given command-line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that can wait for others before it starts.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that lives in another one, such as a database in its server.</summary>
public interface IResourceWithParent : IResource
{
    /// <summary>The resource that this one lives in.</summary>
    IResource Parent { get; }
}

/// <summary>A resource that lives in another one of a known type.</summary>
public interface IResourceWithParent<out T> : IResourceWithParent
    where T : IResource
{
    /// <summary>The resource that this one lives in.</summary>
    new T Parent { get; }

    IResource IResourceWithParent.Parent => Parent;
}
