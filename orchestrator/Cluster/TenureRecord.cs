using System.Globalization;
using System.Text;
using Steelyard.Processes;
using Steelyard.Records;

namespace Steelyard.Cluster;

/// <summary>
/// The file in the run directory that says until when this node had the right to its sessions, for its next process. It is worth nothing
/// after a reboot, when the clock begins anew. Until this process has started, the sessions of an earlier one may not have ended that must
/// not be taken over: no renewal is written by which the next process would take them over.
/// </summary>
internal sealed class TenureRecord
{
    private readonly Lock gate = new();
    private readonly string path;
    private readonly ILogger<TenureRecord> logger;
    private bool isStarted;
    private TimeSpan? pending;

    /// <param name="directory">Has the file.</param>
    /// <param name="logger">Told what cannot be written.</param>
    /// <param name="started">Cancelled when this process has started.</param>
    public TenureRecord(RunDirectory directory, ILogger<TenureRecord> logger, CancellationToken started)
    {
        this.logger = logger;
        path = directory.FileAt("tenure");
        started.Register(Start);
    }

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

    // At once: of processes that are killed soon after their start, each would leave the record of an earlier one, until it is too old.
    private void Start()
    {
        lock (gate)
        {
            isStarted = true;
            if (pending is { } at)
                TryWrite(at);
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
        lock (gate)
        {
            if (isStarted || renewed is null)
                TryWrite(renewed);
            pending = renewed;
        }
    }

    private void TryWrite(TimeSpan? renewed)
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
