using System.Globalization;
using System.Text;
using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Cluster;

/// <summary>
/// The file in the run directory that says until when this node had the right to its sessions, for its next process. It is worth nothing
/// after a reboot, when the clock begins anew.
/// </summary>
internal sealed class TenureRecord(RunDirectory directory, ILogger<TenureRecord> logger)
{
    private readonly string path = directory.FileAt("tenure");

    public TimeSpan? Read()
    {
        try
        {
            return File.ReadAllText(path).Split(' ') is [var boot, var ticks]
                && boot == ProcessIdentity.ThisBoot
                && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
                    ? new(at)
                    : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // A crash in the middle must not leave half a record.
    private void Replace(string text)
    {
        PrivateFile.Write(path + ".new", Encoding.ASCII.GetBytes(text));
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>A record that cannot be written lags behind, which is safe; one that cannot be erased is not, so it is said.</summary>
    public void Write(TimeSpan? renewed)
    {
        try
        {
            if (renewed is { } at)
                Replace(string.Create(CultureInfo.InvariantCulture, $"{ProcessIdentity.ThisBoot} {at.Ticks}"));
            else
                File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError("Cannot write {Path}, so sessions may not outlast a restart of this node: {Reason}", path, e.Message);
        }
    }
}
