namespace Steelyard.Processes;

/// <summary>What process groups use, measured once for all who ask at about the same time: the walk over all processes is dear.</summary>
public sealed class GroupMemory(TimeProvider time)
{
    /// <summary>A measurement is given to whoever asks this long after its beginning.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private Task<Dictionary<int, GroupUsage>>? latest;
    private long begun;

    /// <summary>By the group's id. One walk at a time. Throws <see cref="IOException"/> when no descriptor is left.</summary>
    public Task<Dictionary<int, GroupUsage>> ReadAsync()
    {
        lock (gate)
        {
            if (latest is not null && (!latest.IsCompleted || (latest.IsCompletedSuccessfully && time.GetElapsedTime(begun) < Fresh)))
                return latest;
            begun = time.GetTimestamp();
            return latest = Task.Run(ProcessMemory.OfGroups);
        }
    }
}
