namespace Steelyard.WorkerHttp;

/// <summary>
/// One memory budget for all replies whose size depends on web pages, such as the list of a browser's pages with their addresses. One
/// reply may be large, but all replies together may not exceed the budget.
/// </summary>
/// <param name="most">The budget in bytes.</param>
internal sealed class ReplyMemory(long most)
{
    private long used;

    /// <summary>Takes bytes from the budget. Returns false, and takes nothing, if not enough is left.</summary>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref used, bytes) <= most)
            return true;
        Return(bytes);
        return false;
    }

    public void Return(long bytes) => Interlocked.Add(ref used, -bytes);
}
