; The Windows installer: for one person, without administrator, into %LOCALAPPDATA%\Programs\uploader-gui.
; Compiled by bundling/windows.py, which gives VERSION, FOLDER (what to install), OUT, ICON and PANEL.
; Unattended: uploader-gui-X.Y.Z-windows-x64-setup.exe /S      removed: uninstall.exe /S

Target amd64-unicode ; as the program itself: nothing of it runs on a 32-bit Windows
SetCompressor /SOLID lzma
SetCompressorDictSize 64 ; MB: the two programs hold the same, and so do some libraries
RequestExecutionLevel user
ManifestDPIAware true
ManifestLongPathAware true

!include "MUI2.nsh"
!include "WinVer.nsh"
!include "LogicLib.nsh"
!include "FileFunc.nsh"

!define NAME "uploader-gui"
!define REMOVAL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define OPEN_WITH "Software\Classes\Applications\${NAME}.exe"
!define SCHEME "Software\Classes\uploader-gui"
!define OLDEST_BUILD 17763 ; Windows 10, version 1809: what Qt asks for

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${REMOVAL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=0 "ProductName" "${NAME}"
VIAddVersionKey /LANG=0 "FileDescription" "${NAME} setup"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "LegalCopyright" "MIT licence"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${PANEL}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${NAME}.exe"
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(Removing)"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "French"

LangString TooOld ${LANG_ENGLISH} "uploader-gui needs Windows 10, version 1809, or newer (64-bit). This Windows is older, so nothing was installed."
LangString TooOld ${LANG_FRENCH} "uploader-gui a besoin de Windows 10, version 1809, ou d’une version plus récente (64 bits). Ce Windows est plus ancien : rien n’a été installé."
LangString Running ${LANG_ENGLISH} "uploader-gui is open. Close its window, or let the command that runs it end (your list is kept), then try again."
LangString Running ${LANG_FRENCH} "uploader-gui est ouvert. Fermez sa fenêtre, ou laissez finir la commande qui l’exécute (votre liste est conservée), puis réessayez."
LangString Removing ${LANG_ENGLISH} "This removes the program. Your list, settings and History stay in $LOCALAPPDATA\${NAME}; delete that folder to remove them too."
LangString Removing ${LANG_FRENCH} "Ceci supprime le programme. Votre liste, vos réglages et l’historique restent dans $LOCALAPPDATA\${NAME} ; supprimez ce dossier pour les enlever aussi."
LangString SendTo ${LANG_ENGLISH} "Uploader (anomaly)"
LangString SendTo ${LANG_FRENCH} "Uploader (anomalie)"

Function .onInit
  ${IfNot} ${AtLeastWin10}
    Call TellTooOld
  ${EndIf}
  ReadRegStr $0 HKLM "SOFTWARE\Microsoft\Windows NT\CurrentVersion" "CurrentBuildNumber"
  ${If} $0 < ${OLDEST_BUILD}
    Call TellTooOld
  ${EndIf}
FunctionEnd

Function TellTooOld
  MessageBox MB_OK|MB_ICONINFORMATION "$(TooOld)" /SD IDOK
  SetErrorLevel 3
  Quit
FunctionEnd

; A running program keeps its own file open: it can then be read, but not written to.
!macro AskUntilClosed PROGRAM
  !define RETRY "retry_${__LINE__}"
  ${RETRY}:
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${PROGRAM}" a
    ${If} ${Errors}
      MessageBox MB_RETRYCANCEL|MB_ICONINFORMATION "$(Running)" /SD IDCANCEL IDRETRY ${RETRY}
      SetErrorLevel 4
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
  !undef RETRY
!macroend

; Only what the installer itself lays there: the folder may have been chosen by /D=.
!macro RemoveProgram
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\${NAME}.exe"
  Delete "$INSTDIR\${NAME}-cli.exe"
  Delete "$INSTDIR\uninstall.exe"
!macroend

Section "install"
  !insertmacro AskUntilClosed "${NAME}.exe"
  !insertmacro AskUntilClosed "${NAME}-cli.exe"
  !insertmacro RemoveProgram
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\Uploader.lnk" "$INSTDIR\${NAME}.exe"
  CreateShortcut "$SENDTO\$(SendTo).lnk" "$INSTDIR\${NAME}.exe"
  WriteRegStr HKCU "${OPEN_WITH}" "FriendlyAppName" "Uploader"
  WriteRegStr HKCU "${OPEN_WITH}\shell\open\command" "" '"$INSTDIR\${NAME}.exe" "%1"'

  ; Links on the register's page, uploader-gui:?anomaly=4217
  WriteRegStr HKCU "${SCHEME}" "" "URL:Uploader"
  WriteRegStr HKCU "${SCHEME}" "URL Protocol" ""
  WriteRegStr HKCU "${SCHEME}\shell\open\command" "" '"$INSTDIR\${NAME}.exe" --link "%1"'

  WriteRegStr HKCU "${REMOVAL}" "DisplayName" "Uploader (uploader-gui)"
  WriteRegStr HKCU "${REMOVAL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${REMOVAL}" "DisplayIcon" "$INSTDIR\${NAME}.exe"
  WriteRegStr HKCU "${REMOVAL}" "Publisher" "uploader-gui"
  WriteRegStr HKCU "${REMOVAL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${REMOVAL}" "SendTo" "$SENDTO\$(SendTo).lnk"
  WriteRegStr HKCU "${REMOVAL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${REMOVAL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${REMOVAL}" "NoModify" 1
  WriteRegDWORD HKCU "${REMOVAL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${REMOVAL}" "EstimatedSize" $0
SectionEnd

; The journal, settings and receipts of the person stay where they are (README says where).
Section "Uninstall"
  !insertmacro AskUntilClosed "${NAME}.exe"
  !insertmacro AskUntilClosed "${NAME}-cli.exe"
  !insertmacro RemoveProgram
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Uploader.lnk"
  ReadRegStr $0 HKCU "${REMOVAL}" "SendTo"
  ${If} $0 != ""
    Delete "$0"
  ${EndIf}
  DeleteRegKey HKCU "${OPEN_WITH}"
  DeleteRegKey HKCU "${SCHEME}"
  DeleteRegKey HKCU "${REMOVAL}"
SectionEnd
