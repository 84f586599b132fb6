using System.Runtime.InteropServices;

namespace SteelBrowser.Confinement;

/// <summary>The kernel refuses to confine the browser although it reports that it can.</summary>
internal sealed class ConfinementException(string message) : Exception(message)
{
    public static ConfinementException Of(string call) =>
        new($"cannot confine the browser: {call}: {Marshal.GetLastPInvokeErrorMessage()}");
}
