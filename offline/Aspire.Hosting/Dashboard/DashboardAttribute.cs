namespace Aspire.Hosting.Dashboard;

/// <summary>Put on an AppHost's assembly by its build: the dashboard that it brings. The dashboard builds on this project, so this one cannot name it.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public abstract class DashboardAttribute : Attribute
{
    /// <summary>Adds the dashboard to the application; nothing happens where none is configured.</summary>
    internal abstract void AddTo(DistributedApplicationBuilder builder);
}
