namespace SteelBrowser.Faults;

/// <summary>
/// Random decisions from one seed. Workers with the same seed but different ports decide differently; the same seed and port decide the
/// same again. The lock is needed because requests run concurrently.
/// </summary>
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
