namespace Forge.Worker.Images;

/// <summary>The image is none that can be used, now or at another attempt.</summary>
internal sealed class ImageRefusedException(string message) : Exception(message);
