using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Steelyard.Machine;
using Steelyard.Records;
using Steelyard.Settings;
using Steelyard.WorkerHttp;
using Steelyard.Workers;

namespace Steelyard.Tests.Unit.Workers;

/// <summary>The starter of workers with all that it needs, without a node.</summary>
internal static class TestWorkers
{
    public static (WorkerStarter Starter, WorkerProcesses Processes, Leftovers Leftovers) Starter(
        WorkerCommand command, RunDirectory directory, IMachine machine, IConnector connector, Options options, TimeProvider time)
    {
        var processes = new WorkerProcesses(directory, machine);
        var leftovers = new Leftovers(processes, machine, time, NullLogger<Leftovers>.Instance);
        var ports = new PortAllocator(machine, options.FirstWorkerPort, options.LastWorkerPort);
        var starter = new WorkerStarter(
            command,
            directory,
            new(directory, ports, processes, leftovers),
            machine,
            new(connector, command.Protocol, options, time),
            options,
            time);
        return (starter, processes, leftovers);
    }

    /// <summary>Whether somebody listens on this port of the loopback address.</summary>
    public static bool Accepts(int port)
    {
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
