using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Steelyard.Tests.Unit.WorkerHttp;

/// <summary>A worker that does exactly what the test says on each connection, byte for byte.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<ScriptedConnection> connections = [];
    private readonly ConcurrentQueue<string> requests = [];
    private readonly Task accepting;
    private int accepted;

    /// <param name="script">Runs for each connection. The connection stays open after the script unless the script closes it.</param>
    public ScriptedServer(Func<ScriptedConnection, Task> script)
    {
        listener.Start();
        accepting = AcceptAsync(script);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Number of accepted connections.</summary>
    public int Accepted => Volatile.Read(ref accepted);

    /// <summary>Every request, head and body, in order of arrival.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Answers every request on kept-alive connections.</summary>
    public static ScriptedServer Answering(Func<string, string> answer) => new(async connection =>
    {
        while (await connection.ReadRequestAsync() is { } request)
            await connection.SendAsync(answer(request));
    });

    /// <summary>Answers the first request of each connection with these bytes; closes the connection then if told so.</summary>
    public static ScriptedServer Sending(string reply, bool close) => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync(reply);
        if (close)
            connection.Close();
    });

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var connection in connections)
            connection.Dispose();
    }

    private async Task AcceptAsync(Func<ScriptedConnection, Task> script)
    {
        while (true)
        {
            var socket = await listener.AcceptSocketAsync();
            socket.NoDelay = true;
            var connection = new ScriptedConnection(socket, Interlocked.Increment(ref accepted), requests);
            connections.Add(connection);
            _ = RunAsync(script, connection);
        }
    }

    private static async Task RunAsync(Func<ScriptedConnection, Task> script, ScriptedConnection connection)
    {
        try
        {
            await script(connection);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client under test closed the connection. The test asserts what the client saw.
        }
    }
}

/// <param name="socket">The worker's end.</param>
/// <param name="number">1 for the first connection.</param>
/// <param name="requests">Where requests are kept.</param>
internal sealed class ScriptedConnection(Socket socket, int number, ConcurrentQueue<string> requests) : IDisposable
{
    private readonly List<byte> received = [];

    public int Number => number;

    /// <summary>The next whole request, or null at the end.</summary>
    public async Task<string?> ReadRequestAsync()
    {
        while (true)
        {
            var text = Encoding.ASCII.GetString([.. received]);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0 && text.Length >= head + 4 + BodyLength(text[..head]))
            {
                var length = head + 4 + BodyLength(text[..head]);
                received.RemoveRange(0, length);
                requests.Enqueue(text[..length]);
                return text[..length];
            }

            var buffer = new byte[4096];
            var count = await socket.ReceiveAsync(buffer);
            if (count == 0)
                return null;
            received.AddRange(buffer[..count]);
        }
    }

    public async Task SendAsync(string text)
    {
        ReadOnlyMemory<byte> bytes = Encoding.Latin1.GetBytes(text);
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    /// <summary>Closes the connection in order: the client reads everything and then the end.</summary>
    public void Close() => socket.Close();

    /// <summary>Breaks the connection: the client gets a reset.</summary>
    public void Reset()
    {
        socket.LingerState = new(enable: true, seconds: 0);
        socket.Close();
    }

    public void Dispose() => socket.Dispose();

    private static int BodyLength(string head)
    {
        const string name = "\r\nContent-Length: ";
        var at = head.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
            return 0;
        var end = head.IndexOf("\r\n", at + 2, StringComparison.Ordinal);
        return int.Parse(head[(at + name.Length)..(end < 0 ? head.Length : end)], CultureInfo.InvariantCulture);
    }
}
