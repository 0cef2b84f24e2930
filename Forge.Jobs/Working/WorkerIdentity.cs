using System.Globalization;
using System.Security.Cryptography;

namespace Forge.Jobs;

/// <summary>Who this worker is, in leases and attempts: machine, process and a part that is new with every start, such as <c>host-7:4242:9f3c01</c>.</summary>
internal sealed class WorkerIdentity
{
    public string Id { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.MachineName}:{Environment.ProcessId}:{RandomNumberGenerator.GetHexString(6, lowercase: true)}");
}
