using Steelyard.Contract;

namespace Steelyard.WorkerHttp;

/// <summary>
/// The challenge's API: sessions are at <c>/sessions</c>, DELETE ends a session, and <c>/status</c> says whether the worker is free.
/// </summary>
internal sealed class ChallengeProtocol : WorkerProtocol
{
    protected override string Sessions => "/sessions";

    internal override WorkerRequest Health => new("GET", "/health") { IsOurs = true };

    internal override WorkerRequest Status => new("GET", "/status") { IsOurs = true };

    internal override WorkerRequest End(string sessionPath) => new("DELETE", sessionPath) { IsOurs = true };

    internal override WorkerStatus? ReadStatus(ReadOnlySpan<byte> status) => WorkerStatus.TryRead(status);
}
