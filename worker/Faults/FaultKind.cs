namespace SteelBrowser.Faults;

/// <summary>The kinds of faults; <see cref="Usage"/> describes each.</summary>
internal enum FaultKind
{
    Crash,
    CrashAfter,
    Hang,
    Freeze,
    Slow,
    Error,
    Garbage,
    WrongId,
    EarlyClose,
    Huge,
    Drip,
    LyingStatus,
    NeverReady,
}
