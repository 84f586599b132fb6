namespace Steelyard.Cdp;

/// <summary>A place among the handshakes that one browser gets at the same time. A second dispose does nothing.</summary>
internal sealed class HandshakeTurn(SemaphoreSlim turns) : IDisposable
{
    private SemaphoreSlim? held = turns;

    public void Dispose() => Interlocked.Exchange(ref held, null)?.Release();
}
