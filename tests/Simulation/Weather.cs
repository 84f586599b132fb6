namespace Steelyard.Tests.Simulation;

/// <summary>How often each fault occurs in a run; the seed decides.</summary>
/// <param name="Call">Probability of a fault at a call to a worker.</param>
/// <param name="Start">Probability that a worker's start fails in some way.</param>
/// <param name="IdleCrash">Mean time in seconds between crashes of a worker by itself; 0 for none.</param>
/// <param name="NodeCrash">Mean time in seconds between kills of the orchestrator; 0 for none.</param>
/// <param name="NodeCall">Probability that the orchestrator is killed just as a worker gets a call or just as it answers.</param>
/// <param name="Starve">Probability that a worker gets no processor for seconds, beginning with a call to it.</param>
/// <param name="Damage">Probability, for each worker, that it has died, or that one of its records is lost or truncated, by the time
/// the next orchestrator starts.</param>
internal sealed record Weather(
    double Call, double Start, double IdleCrash, double NodeCrash, double NodeCall = 0, double Damage = 0, double Starve = 0)
{
    public static readonly Weather Calm = new(0, 0, 0, 0);

    private static readonly Weather[] Kinds =
    [
        Calm,
        new(0.02, 0.05, 120, 0),
        new(0.10, 0.20, 30, 0),
        new(0, 1, 0, 0),
        new(0, 0, 0, 0, Starve: 0.03),
        new(0, 0, 0, 20, 0.005),
        new(0, 0, 0, 20, 0.02, 0.2),
        new(0.03, 0.05, 60, 15, 0.01, 0.1, 0.01),
        new(0.25, 0.50, 10, 40, 0.002, 0.3),
    ];

    public static Weather Of(Random random) => Kinds[random.Next(Kinds.Length)];
}
