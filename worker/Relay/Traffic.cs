namespace SteelBrowser.Relay;

/// <summary>Counts the bytes to and from the session's proxy, without the overhead of TLS to the proxy itself.</summary>
internal sealed class Traffic
{
    private long sent;
    private long received;

    public long Sent => Interlocked.Read(ref sent);

    public long Received => Interlocked.Read(ref received);

    public void AddSent(int bytes) => Interlocked.Add(ref sent, bytes);

    public void AddReceived(int bytes) => Interlocked.Add(ref received, bytes);
}
