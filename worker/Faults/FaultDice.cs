namespace SteelBrowser.Faults;

/// <summary>Chance, from one seed. Workers with the same seed differ by their port, and each does the same again. One lock: requests run at once.</summary>
internal sealed class FaultDice(int seed, int port)
{
    private readonly Lock gate = new();
    private readonly Random random = new(unchecked((seed * 31) + (port * 7919)));

    public bool Strikes(double rate)
    {
        lock (gate)
            return random.NextDouble() < rate;
    }

    public T Pick<T>(params ReadOnlySpan<T> choices)
    {
        lock (gate)
            return choices[random.Next(choices.Length)];
    }
}
