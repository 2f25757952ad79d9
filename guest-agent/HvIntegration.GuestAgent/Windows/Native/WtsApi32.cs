using System.Runtime.InteropServices;

namespace HvIntegration.GuestAgent.Windows.Native;

/// <summary><c>wtsapi32.dll</c>: sessions of this machine (server handle 0).</summary>
internal static unsafe partial class WtsApi32
{
    /// <summary>WTSSessionInfo of WTS_INFO_CLASS: answers WTSINFOW.</summary>
    public const int SessionInfoClass = 24;

    /// <summary>Copies the rows of WTS_SESSION_INFOW as (id, state); names are read apart with <see cref="ReadName"/>.</summary>
    /// <param name="sessions">Room for the answer.</param>
    /// <param name="count">Sessions put there; what does not fit is left out.</param>
    /// <returns>0 or the error number.</returns>
    public static int ReadSessions(Span<SessionRow> sessions, out int count)
    {
        count = 0;
        byte* rows = null;
        uint number = 0;
        if (WTSEnumerateSessionsW(0, 0, 1, &rows, &number) == 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        for (var index = 0; index < number && count < sessions.Length; index++)
        {
            byte* row = rows + (index * SessionRow.NativeBytes);
            sessions[count++] = new SessionRow(*(uint*)row, *(int*)(row + 16), NameHash(*(char**)(row + 8)));
        }

        WTSFreeMemory(rows);
        return 0;
    }

    /// <summary>Name of a session's window station, as <c>RDP-Tcp#3</c>; empty when the session is gone.</summary>
    public static string ReadName(uint sessionId)
    {
        byte* rows = null;
        uint number = 0;
        if (WTSEnumerateSessionsW(0, 0, 1, &rows, &number) == 0)
        {
            return "";
        }

        var name = "";
        for (var index = 0; index < number; index++)
        {
            byte* row = rows + (index * SessionRow.NativeBytes);
            if (*(uint*)row == sessionId && *(char**)(row + 8) is not null)
            {
                name = new string(*(char**)(row + 8));
            }
        }

        WTSFreeMemory(rows);
        return name;
    }

    /// <summary>Last input and current time of a session, FILETIME; false when it may not be asked.</summary>
    public static bool TryReadTimes(uint sessionId, out long lastInput, out long now)
    {
        byte* answer = null;
        uint bytes = 0;
        lastInput = 0;
        now = 0;
        if (WTSQuerySessionInformationW(0, sessionId, SessionInfoClass, &answer, &bytes) == 0)
        {
            return false;
        }

        bool isWhole = bytes >= SessionTimes.NativeBytes;
        if (isWhole)
        {
            lastInput = *(long*)(answer + SessionTimes.LastInputOffset);
            now = *(long*)(answer + SessionTimes.CurrentOffset);
        }

        WTSFreeMemory(answer);
        return isWhole;
    }

    private static ulong NameHash(char* name)
    {
        // FNV-1a: tells whether a session got another name without making a string of it each second.
        var hash = 14695981039346656037UL;
        for (var index = 0; name is not null && index < 256 && name[index] != 0; index++)
        {
            hash = (hash ^ name[index]) * 1099511628211UL;
        }

        return hash;
    }

    // The rows are the system's until WTSFreeMemory.
    [LibraryImport("wtsapi32.dll", SetLastError = true)]
    private static partial int WTSEnumerateSessionsW(nint server, uint reserved, uint version, byte** sessions, uint* count);

    [LibraryImport("wtsapi32.dll", SetLastError = true)]
    private static partial int WTSQuerySessionInformationW(nint server, uint sessionId, int infoClass, byte** answer, uint* bytes);

    [LibraryImport("wtsapi32.dll")]
    private static partial void WTSFreeMemory(void* memory);
}
