/*
 * Starts a service and prints each status that the service manager shows of it until it has stopped, one "STATE CODE" a line.
 * It asks all the time: Wine's service manager forgets a status when the process of the service is gone, which Windows does not.
 */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv)
{
    SERVICE_STATUS status;
    SC_HANDLE manager, service;
    DWORD began = GetTickCount(), state = 0, code = 0;
    if (argc != 2) return 2;
    manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    service = manager ? OpenServiceA(manager, argv[1], SERVICE_QUERY_STATUS | SERVICE_START) : NULL;
    if (!service || !StartServiceA(service, 0, NULL)) return 1;
    while (GetTickCount() - began < 60000 && QueryServiceStatus(service, &status)) {
        if (status.dwCurrentState != state || status.dwWin32ExitCode != code) {
            state = status.dwCurrentState;
            code = status.dwWin32ExitCode;
            printf("%lu %lu\n", state, code);
            if (state == SERVICE_STOPPED) return 0;
        }
    }
    return 3;
}
