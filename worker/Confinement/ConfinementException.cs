using System.Runtime.InteropServices;

namespace SteelBrowser.Confinement;

/// <summary>The kernel does not let us confine the browser as it said it could.</summary>
internal sealed class ConfinementException(string message) : Exception(message)
{
    public static ConfinementException Of(string call) => new($"cannot confine the browser: {call}: {Marshal.GetLastPInvokeErrorMessage()}");
}
