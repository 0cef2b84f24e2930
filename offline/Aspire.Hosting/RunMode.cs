namespace Aspire.Hosting;

/// <summary>What differs between a run for a person and a run for a test.</summary>
/// <param name="IsTest">A test: quiet, nothing kept, nothing ends the process.</param>
/// <param name="HasRandomPorts">Ports from launch settings are replaced; configuration key <c>DcpPublisher:RandomizePorts</c>.</param>
internal sealed record RunMode(bool IsTest, bool HasRandomPorts);
