using SteelBrowser.Diagnostics;
using SteelBrowser.Http;

namespace SteelBrowser.Faults;

/// <summary>
/// Wraps the worker's handler and injects faults before and after it. The handler does not know about faults: without <c>--faults</c> no
/// code in this folder runs.
/// </summary>
internal sealed class FaultInjector(IReadOnlyList<FaultSpec> specs, int seed, int port, TimeProvider time)
{
    private readonly FaultDice dice = new(seed, port);
    private bool neverAvailable;

    /// <summary>Injects the faults of <see cref="FaultStep.Start"/>. Never returns when the worker must run without serving.</summary>
    public async Task StartAsync()
    {
        Stderr.Line($"injecting faults (--faults), with --fault-seed {seed} on port {port}");
        if (await StrikeAsync(FaultStep.Start, CancellationToken.None) is not { } fault)
            return;
        if (fault.Kind == FaultKind.Crash)
            SelfHarm.Crash();
        neverAvailable = true;
        if ((fault.Variant ?? dice.Pick("deaf", "busy")) == "deaf")
            await Task.Delay(Timeout.Infinite);
    }

    public RequestHandler Wrap(RequestHandler next) => async context =>
    {
        var step = FaultSteps.Of(context.Request);
        var fault = await StrikeAsync(step, context.RequestAborted);
        switch (fault?.Kind)
        {
            case FaultKind.Crash:
                SelfHarm.Crash();
                break;
            case FaultKind.Freeze:
                SelfHarm.Freeze();
                break;
            case FaultKind.Hang:
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
                break;
            case FaultKind.Error:
                return Reply.Error(StatusCodes.Status500InternalServerError, "injected fault (--faults)");
        }

        if (await next(context) is not { } reply)
            return null;
        if (fault is not null && await SpoilAsync(fault, reply, context) is var spoilt)
            reply = spoilt;
        return neverAvailable && step == FaultStep.Status && reply is not null ? FaultyReply.Busy(reply) : reply;
    };

    // The fault to inject at this step, or null. Delays happen here, and do not prevent another fault.
    private async Task<FaultSpec?> StrikeAsync(FaultStep step, CancellationToken cancellationToken)
    {
        foreach (var spec in specs)
        {
            if ((spec.Step != step && (spec.Step != FaultStep.Any || step == FaultStep.Start)) || !dice.Strikes(spec.Rate))
                continue;
            if (spec.Kind != FaultKind.Slow)
                return spec;
            await Task.Delay(spec.Delay, time, cancellationToken);
        }

        return null;
    }

    private async Task<Reply?> SpoilAsync(FaultSpec fault, Reply reply, HttpContext context)
    {
        var connection = new RawConnection(context, time);
        switch (fault.Kind)
        {
            case FaultKind.CrashAfter:
                SelfHarm.Crash();
                return null;
            case FaultKind.WrongId:
                return FaultyReply.WithOtherId(reply);
            case FaultKind.LyingStatus:
                return FaultyReply.Lie(reply);
            case FaultKind.Huge:
                await FaultyReply.SendHugeAsync(reply, context);
                return null;
            case FaultKind.Drip:
                await connection.DripAsync(RawConnection.Serialize(reply), fault.Delay);
                return null;
            case FaultKind.EarlyClose:
                var whole = RawConnection.Serialize(reply);
                var part = (fault.Variant ?? dice.Pick("head", "body")) == "head" ? 0 : whole.Length - Math.Max(reply.Body.Length / 2, 1);
                await connection.SendAndCloseAsync(whole.AsMemory(0, part));
                return null;
            case FaultKind.Garbage:
                return await SpoilAsync(fault.Variant ?? dice.Pick("bytes", "json", "no-id", "cut"), reply, connection);
            default:
                return reply; // It took effect before the handler ran.
        }
    }

    private static async Task<Reply?> SpoilAsync(string variant, Reply reply, RawConnection connection)
    {
        // A reply without a body has no JSON to break.
        switch (reply.ContentType is null ? "bytes" : variant)
        {
            case "json":
                return FaultyReply.BrokenJson(reply);
            case "no-id":
                return FaultyReply.WithoutId(reply);
            case "cut":
                return FaultyReply.Cut(reply);
            default:
                await connection.SendAndCloseAsync(FaultyReply.NotHttp);
                return null;
        }
    }
}
