using System.Net;
using System.Net.Sockets;
using Steelyard.Processes;

namespace Steelyard.Machine;

/// <summary>The real machine.</summary>
internal sealed class LinuxMachine : IMachine
{
    // Until the worker starts, which sets its own. Only this node connects to its workers.
    private const int WorkerBacklog = 128;

    public string? MemoryShortage(long? reserve)
    {
        var (available, total, _) = MachineMemory.Read();
        return MemoryReserve.WhyNoMore(available, total, MachineMemory.Stall(), reserve);
    }

    public bool IsMemoryNearlyGone(long? reserve)
    {
        var (available, total, freeSwap) = MachineMemory.Read();
        return MemoryReserve.IsNearlyGone(available + freeSwap, total, reserve);
    }

    public IProcess Start(ProcessSpec spec) => OsProcess.Start(spec);

    public IProcess? TryAdopt(ProcessIdentity identity) => OsProcess.TryAdopt(identity);

    // The identity is checked after the read: if the pid was reused meanwhile, the value is that of another process.
    public string? EnvironmentOf(ProcessIdentity process, string variable) =>
        ProcessEnvironment.Read(process.Pid, variable) is { } value && process.Exists ? value : null;

    public IReadOnlyList<ProcessEntry> Processes() => ProcessTable.Read();

    public bool TryKill(ProcessIdentity process) => ProcessTable.TryKill(process);

    public Socket? TryListen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(WorkerBacklog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    public Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time) => ProcessorWait.Begin(process.Identity.Pid, time).Measure;

    public int? BrowserPortOf(ProcessIdentity process) => BrowserPort.Find(process.Pid);

    // Reads much of /proc, so it must not run on a thread that serves sockets.
    public Task<bool> IsListeningAsync(IProcess process, int port) => Task.Run(() => PortOwner.IsListening(process.Identity.Pid, port));
}
