/* Prints state and Win32 exit code of a service, as the service manager has them: "STATE CODE". */
#include <stdio.h>
#include <windows.h>

int main(int argc, char **argv)
{
    SERVICE_STATUS status;
    SC_HANDLE manager, service;
    if (argc != 2) return 2;
    manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_CONNECT);
    service = manager ? OpenServiceA(manager, argv[1], SERVICE_QUERY_STATUS) : NULL;
    if (!service || !QueryServiceStatus(service, &status)) return 1;
    printf("%lu %lu\n", status.dwCurrentState, status.dwWin32ExitCode);
    return 0;
}
