using Steelyard.WorkerHttp;

namespace Steelyard.Tests.Simulation;

/// <summary>What comes back over a connection: a reply, or an error.</summary>
internal readonly record struct SimulatedReply(WorkerError Error, int Status, string Body)
{
    public SimulatedReply(int status, string body)
        : this(WorkerError.None, status, body)
    {
    }

    public SimulatedReply(WorkerError error)
        : this(error, 0, "")
    {
    }
}
