namespace SteelBrowser.Recording;

/// <summary>How much is kept of one session.</summary>
/// <param name="EventBytes">Size of the events.</param>
/// <param name="Frames">Number of pictures.</param>
/// <param name="FrameBytes">Size of all pictures together; the last one may exceed it.</param>
internal sealed record RecordLimits(long EventBytes = 4 << 20, int Frames = 200, long FrameBytes = 16 << 20);
