using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Machine;

/// <summary>The machine we run on.</summary>
internal sealed class LinuxMachine : IMachine
{
    public IProcess Start(ProcessSpec spec) => OsProcess.Start(spec);

    public IProcess? TryAdopt(ProcessIdentity identity) => OsProcess.TryAdopt(identity);

    // The identity is checked after the reading: a pid that changed hands meanwhile must not lend it its proof.
    public string? EnvironmentOf(ProcessIdentity process, string variable) =>
        ProcessEnvironment.Read(process.Pid, variable) is { } value && process.Exists ? value : null;

    public IReadOnlyList<ProcessEntry> Processes() => ProcessTable.Read();

    public bool TryKill(ProcessIdentity process) => ProcessTable.TryKill(process);

    public bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time) => ProcessorWait.Begin(process.Identity.Pid, time).Measure;

    // Reads much of /proc: not where sockets wait.
    public Task<bool> IsListeningAsync(IProcess process, int port) => Task.Run(() => PortOwner.IsListening(process.Identity.Pid, port));
}
