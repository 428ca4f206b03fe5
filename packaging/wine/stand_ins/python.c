/* python.exe and pythonw.exe: hand the command line to the real interpreter, which is a DLL. */

#include <stdlib.h>
#include <windows.h>

__declspec(dllimport) int Py_Main(int count, wchar_t **arguments);

/* Where the program is linked for the console. */
int wmain(int count, wchar_t **arguments)
{
    return Py_Main(count, arguments);
}

/* Where it is linked for windows. */
int WINAPI wWinMain(HINSTANCE instance, HINSTANCE before, LPWSTR line, int show)
{
    (void)instance, (void)before, (void)line, (void)show;
    return Py_Main(__argc, __wargv);
}
