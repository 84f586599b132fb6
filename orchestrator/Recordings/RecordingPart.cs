using Steelyard.Contract;

namespace Steelyard.Recordings;

/// <summary>A part of a session's recording.</summary>
/// <param name="Name">The worker's id, or <see cref="RecordingStore.OwnPart"/>.</param>
/// <param name="Path">The folder now; it moves when the session has left the worker.</param>
internal sealed record RecordingPart(string Name, string Path)
{
    /// <summary>Opens a picture; null when there is none of this name, or no more.</summary>
    public Stream? OpenFrame(string name)
    {
        var file = new FileInfo(System.IO.Path.Combine(Path, RecordingNames.Frames, System.IO.Path.GetFileName(name)));
        try
        {
            return file.Exists && !RecordingStore.IsLink(file) ? file.OpenRead() : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
