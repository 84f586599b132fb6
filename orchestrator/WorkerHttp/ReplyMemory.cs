namespace Steelyard.WorkerHttp;

/// <summary>
/// One budget for the answers whose size a page decides, such as the list of a browser's pages and their addresses: each may be large, and
/// all of them together only so large.
/// </summary>
/// <param name="most">In bytes.</param>
internal sealed class ReplyMemory(long most)
{
    private long used;

    /// <summary>False, and nothing is taken, when there is not so much left.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= most)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref used, -bytes);
}
