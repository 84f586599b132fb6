namespace Steelyard.Contract;

/// <summary>The exit statuses of the bundled worker.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int PortTaken = 1;
    public const int BadArguments = 2;
    public const int BrowserLost = 3;
    public const int ClosedByClient = 4;
    public const int WroteTooMuch = 5;
}
