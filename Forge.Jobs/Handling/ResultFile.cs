namespace Forge.Jobs;

internal sealed record ResultFile(ReadOnlyMemory<byte> Content, string ContentType, string FileName);
