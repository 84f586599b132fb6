namespace Steelyard.Tests.Simulation;

/// <summary>How often what goes wrong in a run; a seed decides.</summary>
/// <param name="Call">Probability of a fault at a call to a worker.</param>
/// <param name="Start">Probability that a worker's start fails in some way.</param>
/// <param name="IdleCrash">Mean time in seconds between crashes of a worker by itself; 0 for none.</param>
/// <param name="NodeCrash">Mean time in seconds between crashes of the orchestrator; 0 for none.</param>
internal sealed record Weather(double Call, double Start, double IdleCrash, double NodeCrash)
{
    public static readonly Weather Calm = new(0, 0, 0, 0);

    private static readonly Weather[] Kinds =
    [
        Calm,
        new(0.02, 0.05, 120, 0),
        new(0.10, 0.20, 30, 0),
        new(0, 0, 0, 20),
        new(0.03, 0.05, 60, 15),
        new(0.25, 0.50, 10, 40),
    ];

    public static Weather Of(Random random) => Kinds[random.Next(Kinds.Length)];
}
