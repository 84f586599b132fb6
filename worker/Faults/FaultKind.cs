namespace SteelBrowser.Faults;

/// <summary>The ways to misbehave; <see cref="Usage"/> says what each does.</summary>
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
