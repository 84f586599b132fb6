using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Steelyard.Machine;
using Steelyard.Processes;
using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Unit.Machine;

/// <summary>The real machine, on which a test can take away the descriptors or replace the connections.</summary>
internal sealed class ShortMachine : IMachine, IConnector
{
    private readonly LinuxMachine real = new();
    private readonly SocketConnector sockets = new(new(1 << 20));

    public bool HasDescriptors { get; set; }

    /// <summary>Creates the connection instead of a socket; null for a real socket.</summary>
    public Func<WorkerClient, IWorkerConnection>? Connect { get; init; }

    /// <summary>Number of connections that were asked for.</summary>
    public int Asked { get; private set; }

    /// <summary>Advances the time, in steps shorter than any deadline, until the condition holds.</summary>
    public static Task PassAsync(FakeTimeProvider time, Func<bool> condition) => Until.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return condition();
        },
        "what is waited for");

    /// <summary>Why there is too little memory; null for enough.</summary>
    public string? Shortage { get; set; }

    public string? MemoryShortage(long? reserve) => Shortage;

    /// <summary>Whether the machine is about to have no memory left.</summary>
    public bool IsNearlyFull { get; set; }

    public bool IsMemoryNearlyGone(long? reserve) => IsNearlyFull;

    public IProcess Start(ProcessSpec spec) => real.Start(spec);

    public IProcess? TryAdopt(ProcessIdentity identity) => real.TryAdopt(identity);

    public string? EnvironmentOf(ProcessIdentity process, string variable) => real.EnvironmentOf(process, variable);

    public IReadOnlyList<ProcessEntry> Processes() => real.Processes();

    public bool TryKill(ProcessIdentity process) => real.TryKill(process);

    public Func<TimeSpan?> MeasureWait(IProcess process, TimeProvider time) => real.MeasureWait(process, time);

    public IWorkerConnection? TryConnect(WorkerClient client, TimeProvider time)
    {
        Asked++;
        return Connect is not null ? Connect(client) : HasDescriptors ? sockets.TryConnect(client, time) : null;
    }

    public Socket? TryListen(int port) => real.TryListen(port);

    public int? BrowserPortOf(ProcessIdentity process) => real.BrowserPortOf(process);

    public Task<bool> IsListeningAsync(IProcess process, int port) =>
        HasDescriptors ? real.IsListeningAsync(process, port) : throw new IOException("Too many open files", 24);
}
